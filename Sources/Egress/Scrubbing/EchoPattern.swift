// SPDX-License-Identifier: Apache-2.0

import Secrets

/// One writing of a value that is looked for: its bytes, and what may stand for each of them.
struct EchoPattern {
    enum Kind {
        /// The value itself; any character may be escaped as in a URL or in JSON.
        case text
        /// Characters of either base 64 alphabet, escaped or not.
        case base64
        /// Nothing but digits in either case stand for themselves: hexadecimal, or every character escaped.
        case folded(EchoForm)
    }

    /// How far a match came.
    enum Reach: Equatable {
        case none
        /// The bytes end, and so far all was right.
        case partial
        /// A match that ends before this offset.
        case end(Int)
    }

    private(set) var symbols: [UInt8]
    let kind: Kind
    /// The longest run in which no writing escapes anything: a whole match has it byte for byte.
    let anchor: Range<Int>

    init(_ symbols: [UInt8], _ kind: Kind) {
        self.symbols = symbols
        self.kind = kind
        anchor = Self.longestRun(symbols) { kind.isNeverEscaped($0) }
    }

    mutating func wipe() { Secret.wipe(&symbols) }

    /// The most bytes a match can have.
    var longest: Int { kind.takesEscapes ? symbols.count * Self.longestEscape : symbols.count }

    /// `\u0041`
    static let longestEscape = 6

    /// Matches from `start`.
    func reach(_ bytes: Span<UInt8>, from start: Int) -> Reach {
        // A text of nothing but backslashes can be read in many ways; beyond so many it is given up.
        var steps = symbols.count * 8 + 64
        return reach(bytes, 0, start, &steps)
    }

    private func reach(_ bytes: Span<UInt8>, _ index: Int, _ start: Int, _ steps: inout Int) -> Reach {
        var (index, at) = (index, start)
        while index < symbols.count {
            guard at < bytes.count else { return .partial }
            steps -= 1
            guard steps > 0 else { return .none }
            let isPlain = kind.accepts(bytes[at], for: symbols[index])
            let escape = kind.takesEscapes ? EchoEscape.read(bytes, at, kind, for: symbols[index]) : .none
            switch (isPlain, escape) {
            case (true, .none): at += 1
            case (false, .length(let count)): at += count
            case (true, .length(let count)):
                let plain = reach(bytes, index + 1, at + 1, &steps)
                if case .end = plain { return plain }
                let escaped = reach(bytes, index + 1, at + count, &steps)
                return escaped == .none ? plain : escaped
            case (true, .partial):
                let plain = reach(bytes, index + 1, at + 1, &steps)
                if case .end = plain { return plain }
                return .partial
            case (false, .partial): return .partial
            case (false, .none): return .none
            }
            index += 1
        }
        return .end(at)
    }

    /// Whether a match can begin with this byte.
    func mayBegin(with byte: UInt8) -> Bool {
        kind.accepts(byte, for: symbols[0]) || kind.takesEscapes && (byte == 0x25 || byte == 0x5C)
    }

    /// How the value stood in what was matched.
    func form(_ bytes: Span<UInt8>, _ range: Range<Int>) -> EchoForm {
        switch kind {
        case .base64: return .base64
        case .folded(let form): return form
        case .text: break
        }
        var (percents, isSame) = (0, range.count == symbols.count)
        for (index, position) in range.enumerated() {
            if bytes[position] == 0x25 { percents += 1 }
            if isSame, bytes[position] != symbols[index] { isSame = false }
        }
        if isSame { return .plain }
        return range.count == symbols.count || percents > symbols.count(where: { $0 == 0x25 }) ? .percent : .json
    }

    private static func longestRun(_ symbols: [UInt8], _ isIn: (UInt8) -> Bool) -> Range<Int> {
        var (longest, start) = (0..<0, 0)
        for index in 0...symbols.count {
            if index < symbols.count, isIn(symbols[index]) { continue }
            if index - start > longest.count { longest = start..<index }
            start = index + 1
        }
        return longest
    }
}

extension EchoPattern.Kind {
    var takesEscapes: Bool {
        if case .folded = self { false } else { true }
    }

    /// Whether the byte, unescaped, stands for the symbol.
    func accepts(_ byte: UInt8, for symbol: UInt8) -> Bool {
        if byte == symbol { return true }
        return switch self {
        case .text: symbol == 0x20 && byte == 0x2B
        case .base64: symbol == 0x2B && byte == 0x2D || symbol == 0x2F && byte == 0x5F
        case .folded: byte | 0x20 == symbol | 0x20 && (0x61...0x7A).contains(symbol | 0x20)
        }
    }

    /// Whether whoever escapes some characters leaves this one as it is.
    func isNeverEscaped(_ symbol: UInt8) -> Bool {
        switch symbol {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: return true
        case 0x2D, 0x2E, 0x5F, 0x7E:
            if case .base64 = self { return false }
            return true
        default:
            if case .folded = self { return true }
            return false
        }
    }
}
