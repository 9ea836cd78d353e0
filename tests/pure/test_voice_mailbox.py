"""How much of a mail is read."""

from email import message_from_bytes, policy
from email.message import EmailMessage

from metrics import mailbox


def read(message):
    return message_from_bytes(message.as_bytes(), policy=policy.SMTP)


def letter(text="Hello", html=None, files=0):
    message = EmailMessage()
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for number in range(files):
        message.add_attachment(
            b"x", maintype="application", subtype="pdf", filename=f"{number}.pdf"
        )
    return message


def test_what_people_send_is_read_whole():
    message = letter("Hello", "<p>Hello</p>", files=20)
    before = message.as_bytes()
    assert not mailbox.is_unwieldy(before)
    assert not mailbox.cut(message)
    assert message.as_bytes() == before


def test_of_many_files_the_first_are_left_and_the_text():
    message = read(letter("Hello", "<p>Hello</p>", files=3 * mailbox.MOST_PARTS))
    assert mailbox.is_unwieldy(message.as_bytes())
    assert mailbox.cut(message)
    assert message.get_body(("plain",)).get_content().strip() == "Hello"
    names = [part.get_filename() for part in message.iter_attachments()]
    assert len(names) == mailbox.MOST_PARTS - 2
    assert names[0] == "0.pdf"


def test_a_long_text_is_cut_and_a_short_one_beside_it_is_not():
    long = "word " * mailbox.LONGEST_TEXT
    message = read(letter(long, "<p>Short</p>"))
    assert mailbox.cut(message)
    text = message.get_body(("plain",)).get_content()
    assert len(text) <= mailbox.LONGEST_TEXT + len(mailbox.CUT) + 1
    assert text.startswith("word word")
    assert "Short" in message.get_body(("html",)).get_content()


def test_texts_are_limited_in_all():
    message = EmailMessage()
    message.set_content("x" * mailbox.LONGEST_TEXT)
    message.make_mixed()
    for _number in range(9):
        part = EmailMessage()
        part.set_content("y" * mailbox.LONGEST_TEXT)
        message.attach(part)
    assert mailbox.cut(message)
    texts = [part.get_content() for part in message.walk() if not part.is_multipart()]
    assert sum(map(len, texts)) < mailbox.LONGEST_TEXTS + 200


def test_text_files_are_files_and_stay():
    message = letter()
    body = "x" * (2 * mailbox.LONGEST_TEXT)
    message.add_attachment(body, filename="log.txt")
    assert not mailbox.cut(message)


def test_a_charset_that_is_none_and_broken_parts_are_read():
    raw = b'Content-Type: text/plain; charset="klingon"\r\n\r\n' + b"q" * 300_000
    assert mailbox.cut(message_from_bytes(raw, policy=policy.SMTP))
    raw = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\nfoo\r\n'
    assert not mailbox.cut(message_from_bytes(raw, policy=policy.SMTP))


def test_what_is_large_keeps_nobody_waiting():
    assert mailbox.is_unwieldy(b"x" * (mailbox.LARGE + 1))
    assert not mailbox.is_unwieldy(b"x" * mailbox.LARGE)
