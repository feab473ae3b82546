"""What the tiers below are told: the advice that teams keep on a service's guide. The guide itself is the plans'.

Read ``actions.py`` (who may keep advice), then ``queries.py`` (who reads it). ``plans/guides.py`` writes the rest.
"""
