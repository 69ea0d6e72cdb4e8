"""What happened, who should know, and telling them: the log, the inbox, and the outgoing mail."""
