// SPDX-License-Identifier: Apache-2.0

/// Why a chunked body is refused.
package enum ChunkFault: UInt8, Error, Sendable, CaseIterable {
    /// Not 1 to 15 hexadecimal digits.
    case sizeMalformed
    case extensionMalformed
    case extensionTooLong
    /// The content of a chunk is not followed by CRLF.
    case dataNotTerminated
    case bareCarriageReturn
    case bareLineFeed
    case trailerMalformed
    case trailerTooLarge

    /// The stable name for logs, counters and answers.
    package var code: String {
        switch self {
        case .sizeMalformed: "chunk_size_malformed"
        case .extensionMalformed: "chunk_extension_malformed"
        case .extensionTooLong: "chunk_extension_too_long"
        case .dataNotTerminated: "chunk_data_not_terminated"
        case .bareCarriageReturn: "chunk_bare_cr"
        case .bareLineFeed: "chunk_bare_lf"
        case .trailerMalformed: "trailer_malformed"
        case .trailerTooLarge: "trailer_too_large"
        }
    }
}
