"""The API of personal information: holds, deletion, requests, breach notices."""
