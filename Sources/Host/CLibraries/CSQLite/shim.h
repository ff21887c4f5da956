// SQLite, with the destructor constant that is a cast macro in C.
#pragma once
#include <sqlite3.h>
static inline sqlite3_destructor_type sqlite_transient(void) { return SQLITE_TRANSIENT; }
