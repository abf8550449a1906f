"""A mailbox for everybody: takes every letter by SMTP and shows it, so that nothing leaves."""
