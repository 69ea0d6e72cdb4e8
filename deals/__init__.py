"""What follows agreement: stages, the evidence for each, and the contacts that are now open."""
