// SPDX-License-Identifier: Apache-2.0

/// Why a head is refused. The connection it came from must be closed: where its next message begins is unknown.
package enum HeadFault: UInt8, Error, Sendable, CaseIterable {
    /// Not `method SP target SP HTTP-version` (RFC 9112, 3); an empty line before it counts as this too.
    case requestLineMalformed
    /// Not `HTTP-version SP status SP [reason]` (RFC 9112, 4).
    case statusLineMalformed
    case methodMalformed
    case methodTooLong
    /// A byte in the target that is not visible ASCII.
    case targetMalformed
    case targetTooLong
    case versionUnsupported
    case bareCarriageReturn
    case bareLineFeed
    case controlByte
    case fieldNameEmpty
    case fieldNameMalformed
    case spaceBeforeColon
    /// A line that begins with a space or a tab: obs-fold (RFC 9112, 5.2).
    case foldedLine
    case tooManyFields
    case headTooLarge
    case contentLengthMalformed
    case contentLengthRepeated
    case lengthAndTransferEncoding
    case transferEncodingUnsupported
    case transferEncodingRepeated
    case transferEncodingInHTTP10
    case hostMissing
    case hostRepeated
    case hostMalformed

    /// The stable name for logs, counters and answers.
    package var code: String {
        switch self {
        case .requestLineMalformed: "request_line_malformed"
        case .statusLineMalformed: "status_line_malformed"
        case .methodMalformed: "method_malformed"
        case .methodTooLong: "method_too_long"
        case .targetMalformed: "target_malformed"
        case .targetTooLong: "target_too_long"
        case .versionUnsupported: "version_unsupported"
        case .bareCarriageReturn: "bare_cr"
        case .bareLineFeed: "bare_lf"
        case .controlByte: "control_byte"
        case .fieldNameEmpty: "field_name_empty"
        case .fieldNameMalformed: "field_name_malformed"
        case .spaceBeforeColon: "space_before_colon"
        case .foldedLine: "folded_line"
        case .tooManyFields: "too_many_fields"
        case .headTooLarge: "head_too_large"
        case .contentLengthMalformed: "content_length_malformed"
        case .contentLengthRepeated: "content_length_repeated"
        case .lengthAndTransferEncoding: "length_and_transfer_encoding"
        case .transferEncodingUnsupported: "transfer_encoding_unsupported"
        case .transferEncodingRepeated: "transfer_encoding_repeated"
        case .transferEncodingInHTTP10: "transfer_encoding_in_http_1_0"
        case .hostMissing: "host_missing"
        case .hostRepeated: "host_repeated"
        case .hostMalformed: "host_malformed"
        }
    }

    /// The status that answers a request refused for this.
    package var status: Int {
        switch self {
        case .targetTooLong: 414
        case .tooManyFields, .headTooLarge: 431
        case .methodTooLong, .transferEncodingUnsupported: 501
        case .versionUnsupported: 505
        default: 400
        }
    }

    /// Which fault it is when reading a field name stopped at `stop` for want of a colon or of a name before it.
    static func ofFieldName(_ line: Slice, stoppedAt stop: Int, in bytes: Span<UInt8>) -> HeadFault {
        guard stop < line.end else { return .fieldNameMalformed }
        let rest = bytes.trimmed(Slice(start: stop, end: line.end))
        if stop == line.start {
            if bytes[stop].isBlank { return .foldedLine }
            return bytes[stop] == .colon ? .fieldNameEmpty : .fieldNameMalformed
        }
        let isSpaceThenColon = rest.start > stop && !rest.isEmpty && bytes[rest.start] == .colon
        return isSpaceThenColon ? .spaceBeforeColon : .fieldNameMalformed
    }
}
