// SPDX-License-Identifier: Apache-2.0
@testable import Wire

/// `#expect` cannot take a `Span` apart, so here the arrays stand for their spans.
extension [UInt8] {
    func text(_ slice: Slice) -> String { span.text(slice) }
    func copy(_ slice: Slice) -> [UInt8] { span.copy(slice) }
    func equals(_ slice: Slice, _ text: StaticString) -> Bool { span.equals(slice, text) }
    func equals(_ slice: Slice, _ text: [UInt8]) -> Bool { span.equals(slice, text) }
    func equalsIgnoringCase(_ slice: Slice, _ text: StaticString) -> Bool { span.equalsIgnoringCase(slice, text) }
    func equalsIgnoringCase(_ slice: Slice, _ other: Slice) -> Bool { span.equalsIgnoringCase(slice, other) }
}

extension HeadParser {
    mutating func parseRequest(_ bytes: [UInt8]) -> HeadOutcome { parseRequest(bytes.span) }

    mutating func parseResponse(_ bytes: [UInt8], answersHEAD: Bool) -> HeadOutcome {
        parseResponse(bytes.span, answersHEAD: answersHEAD)
    }
}

extension ChunkDecoder {
    mutating func next(_ bytes: [UInt8]) -> BodyStep { next(bytes.span) }
}

extension BodyDecoder {
    mutating func next(_ bytes: [UInt8]) -> BodyStep { next(bytes.span) }
}

extension FieldSection {
    func isConnectionOption(_ name: Slice, in bytes: [UInt8]) -> Bool { isConnectionOption(name, in: bytes.span) }
}
