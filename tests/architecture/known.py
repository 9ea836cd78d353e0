"""What the rules find and somebody has still to mend.

One line a finding, by the rule's name, as the rule words it without the line number and
what stands in brackets. An entry that its rule no longer finds fails as well, so that
this list only shrinks; it is empty when all is done.
"""

KNOWN: dict[str, set[str]] = {}
