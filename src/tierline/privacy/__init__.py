"""The privacy guard: finds what is private in a text before the text leaves the house.

``tierline.privacy.finding.find`` says where, ``redacting.redact`` takes it out, ``judging.judge`` says whether a
message may go, in words a person can act on. Pure: no database, no clock, no network, no model fetched from
anywhere; the word lists are files of this package. Refuses nothing: any text has an answer.
"""
