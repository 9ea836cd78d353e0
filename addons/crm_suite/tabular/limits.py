"""What a file may hold at most, so that nobody's file takes the server with it."""

LARGEST_FILE = 100 << 20  # bytes
# of a workbook: all parts that are read, each as often as it is read
LARGEST_UNPACKED = 512 << 20
# a part that is read as a whole, such as the list of sheets
LARGEST_PART = 16 << 20
# the texts that the sheets of a workbook share
LARGEST_TEXTS = 64 << 20
MOST_PARTS = 10_000
MOST_SHEETS = 1_000
# a sheet of Excel's has as many
MOST_ROWS = 1 << 20
MOST_COLUMNS = 1_000
# with those that have a colour and nothing else; a sheet of Excel's has as many
MOST_CELLS = 1 << 14
# between one row of a sheet and the next, or one text and the next
MOST_ELEMENTS = 250_000
# characters: four times as many as Excel takes, and as many as `csv` does
LONGEST_CELL = 1 << 17
LONGEST_LINE = 1 << 20
# a name, an e-mail address, a reference or a document's number
LONGEST_TEXT = 250
