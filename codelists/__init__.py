"""The code lists behind every structured field, as data that reviewers may edit."""
