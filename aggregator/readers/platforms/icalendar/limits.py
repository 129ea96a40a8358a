"""What reading a calendar may cost."""

WALL_S = 20
CPU_S = 15
MEMORY_BYTES = 768 * 2**20
MOST_EVENTS = 5_000
MOST_CHARACTERS = 20_000  # of one text
