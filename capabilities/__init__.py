"""Capabilities (场景能力): what firms and institutes can deliver, proven how far."""
