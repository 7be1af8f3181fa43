// SPDX-License-Identifier: Apache-2.0

/// Why scanning a string or a number stopped, and where; the reader makes a `JSONFault` of it.
struct JSONScanFault: Error {
    let code: JSONFault.Code
    let offset: Int

    init(_ code: JSONFault.Code, _ offset: Int) {
        self.code = code
        self.offset = offset
    }
}

/// The grammars of strings, numbers and literals (RFC 8259).
extension Span where Element == UInt8 {
    /// Reads the string whose opening quote stands at `start`. The closing quote stands at the slice's end.
    func scanString(at start: Int) throws(JSONScanFault) -> JSONText {
        var index = start + 1
        var hasEscapes = false
        var isASCII = true
        while index < count {
            let byte = self[index]
            if byte == .quote {
                let slice = Slice(start: start + 1, end: index)
                if !isASCII { try checkUTF8(slice) }
                return JSONText(slice: slice, hasEscapes: hasEscapes)
            }
            if byte == .backslash {
                hasEscapes = true
                index = try scanEscape(at: index)
                continue
            }
            guard byte >= 0x20 else { throw JSONScanFault(.controlByte, index) }
            if byte >= 0x80 { isASCII = false }
            index += 1
        }
        throw JSONScanFault(.unexpectedEnd, index)
    }

    /// Checks the escape whose backslash stands at `start`; the offset behind it, both halves of a pair included.
    private func scanEscape(at start: Int) throws(JSONScanFault) -> Int {
        guard start + 1 < count else { throw JSONScanFault(.unexpectedEnd, start + 1) }
        switch self[start + 1] {
        case .quote, .backslash, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74: return start + 2
        case 0x75: break
        default: throw JSONScanFault(.badEscape, start)
        }
        guard let unit = fourHexDigits(at: start + 2) else { throw JSONScanFault(.badEscape, start) }
        switch unit & 0xfc00 {
        case 0xdc00: throw JSONScanFault(.loneSurrogate, start)
        case 0xd800:
            guard start + 7 < count, self[start + 6] == .backslash, self[start + 7] == 0x75,
                let low = fourHexDigits(at: start + 8), low & 0xfc00 == 0xdc00
            else { throw JSONScanFault(.loneSurrogate, start) }
            return start + 12
        default: return start + 6
        }
    }

    private func checkUTF8(_ slice: Slice) throws(JSONScanFault) {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: extracting(slice.start..<slice.end))
        } catch {
            throw JSONScanFault(.invalidUTF8, slice.start + error.byteOffsets.lowerBound)
        }
    }

    /// Reads the number that begins at `start` with a digit or a minus sign.
    func scanNumber(at start: Int) throws(JSONScanFault) -> JSONNumber {
        var index = start
        var isInteger = true
        if self[index] == 0x2d { index += 1 }
        let whole = index
        index = try scanDigits(at: index)
        guard self[whole] != 0x30 || index == whole + 1 else { throw JSONScanFault(.badNumber, whole) }
        if index < count, self[index] == 0x2e {
            isInteger = false
            index = try scanDigits(at: index + 1)
        }
        if index < count, self[index] | 0x20 == 0x65 {
            isInteger = false
            index += 1
            if index < count, self[index] == 0x2b || self[index] == 0x2d { index += 1 }
            index = try scanDigits(at: index)
        }
        return JSONNumber(slice: Slice(start: start, end: index), isInteger: isInteger)
    }

    private func scanDigits(at start: Int) throws(JSONScanFault) -> Int {
        var index = start
        while index < count, self[index].isDigit { index += 1 }
        guard index > start else { throw JSONScanFault(index < count ? .badNumber : .unexpectedEnd, index) }
        return index
    }

    /// Checks that `literal` stands at `start`; the offset behind it.
    func scanLiteral(_ literal: StaticString, at start: Int) throws(JSONScanFault) -> Int {
        for index in 0..<literal.utf8CodeUnitCount {
            guard start + index < count else { throw JSONScanFault(.unexpectedEnd, start + index) }
            guard self[start + index] == literal.byte(at: index) else {
                throw JSONScanFault(.unexpectedByte, start + index)
            }
        }
        return start + literal.utf8CodeUnitCount
    }
}
