"""Opportunities (场景机会): what cities, agencies and state-owned firms open."""
