"""Tells whether a text can be a Leadline key, without asking Leadline: `python check_form.py < text`."""

import re
import sys
import zlib

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PATTERN = re.compile(r"\bllk_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}\b")


def is_key(text: str) -> bool:
    number = 0
    for character in text[-6:]:
        number = number * 62 + ALPHABET.index(character)
    return number == zlib.crc32(text[:-6].encode())


found = [match for match in PATTERN.findall(sys.stdin.read()) if is_key(match)]
sys.stdout.write(f"{len(found)} found\n")
sys.exit(1 if found else 0)
