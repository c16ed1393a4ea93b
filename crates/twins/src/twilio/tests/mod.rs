//! The twin over its sockets, as a client meets it.
