// SPDX-License-Identifier: Apache-2.0
#include <zlib.h>

// inflateInit2 is a macro, which Swift does not see.
static inline int bitting_inflate_start(z_stream *stream, int window_bits) {
    return inflateInit2(stream, window_bits);
}
