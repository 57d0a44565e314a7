"""Server: HTTP/1.1 on sockets. Ready answers at once, all others by a WSGI app in threads."""
