"""What complaints answer over HTTP: the office's calls, and the page for whoever holds a paper."""
