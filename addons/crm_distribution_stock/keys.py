"""Keys of what makes sell-in: deliveries above the numbers of invoice lines."""

FIRST = 1 << 40
