// libwebsockets, with the paddings that are computed macros in C.
#pragma once
#include <libwebsockets.h>
enum { LWS_WRITE_PADDING = LWS_PRE };
