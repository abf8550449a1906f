"""Links by letter that let somebody choose a new password."""
