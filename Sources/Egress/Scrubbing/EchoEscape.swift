// SPDX-License-Identifier: Apache-2.0
internal import Secrets

/// A character escaped as in a URL (`%2F`) or in JSON (`\/`, `\u002f`).
enum EchoEscape {
    enum Found {
        case none
        /// The bytes end within what could be one.
        case partial
        case length(Int)
    }

    /// The escape at `start` that stands for `symbol`.
    static func read(_ bytes: Span<UInt8>, _ start: Int, _ kind: EchoPattern.Kind, for symbol: UInt8) -> Found {
        switch bytes[start] {
        case 0x25: return digits(bytes, start + 1, kind, for: symbol, length: 3)
        case 0x5C:
            guard start + 1 < bytes.count else { return .partial }
            let next = bytes[start + 1]
            if next == 0x75 {
                for position in (start + 2)..<(start + 4) {
                    guard position < bytes.count else { return .partial }
                    guard bytes[position] == 0x30 else { return .none }
                }
                return digits(bytes, start + 4, kind, for: symbol, length: 6)
            }
            return next == symbol && !(0x61...0x7A).contains(next) ? .length(2) : .none
        default: return .none
        }
    }

    private static func digits(
        _ bytes: Span<UInt8>, _ start: Int, _ kind: EchoPattern.Kind, for symbol: UInt8, length: Int
    ) -> Found {
        var value: UInt8 = 0
        for position in start..<(start + 2) {
            guard position < bytes.count else { return .partial }
            guard let digit = Hexadecimal.value(of: bytes[position]) else { return .none }
            value = value << 4 | digit
        }
        return kind.accepts(value, for: symbol) ? .length(length) : .none
    }
}
