// SPDX-License-Identifier: Apache-2.0

/// What is wrong with a JSON text, and where. It carries no byte of a value, so it may be shown and logged; the pointer
/// carries member names.
package struct JSONFault: Error, Sendable, Equatable {
    /// The kinds of fault; the raw value is the stable name.
    package enum Code: String, Sendable, CaseIterable {
        case unexpectedEnd = "unexpected_end"
        case unexpectedByte = "unexpected_byte"
        case trailingBytes = "trailing_bytes"
        case byteOrderMark = "byte_order_mark"
        case tooDeep = "too_deep"
        case invalidUTF8 = "invalid_utf8"
        case controlByte = "control_byte"
        case badEscape = "bad_escape"
        case loneSurrogate = "lone_surrogate"
        case badNumber = "bad_number"
        case numberOutOfRange = "number_out_of_range"
        case duplicateName = "duplicate_name"
        case expectedObject = "expected_object"
        case expectedArray = "expected_array"
        case expectedString = "expected_string"
        case expectedInteger = "expected_integer"
        case expectedBool = "expected_bool"
    }

    /// What is wrong.
    package let code: Code
    /// Byte offset at which it was seen.
    package let offset: Int
    /// The value in error or the innermost one around it, as a JSON pointer (RFC 6901); empty for the whole text.
    package let pointer: String

    /// A fault at a place.
    package init(code: Code, offset: Int, pointer: String) {
        self.code = code
        self.offset = offset
        self.pointer = pointer
    }
}
