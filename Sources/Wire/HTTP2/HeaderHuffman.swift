// SPDX-License-Identifier: Apache-2.0

/// The Huffman code of header strings (RFC 7541, 5.2 and appendix B). It is canonical: codes follow from their lengths,
/// shorter ones first, equal ones in the order of their symbols.
enum HeaderHuffman {
    /// Of each byte, and of the end of string, how many bits its code has.
    private static let lengths: [UInt8] = [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
        28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
        5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7,
        7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
        24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21,
        23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24,
        21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
        26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
    ]

    private static let longest = 30
    private static let endOfString: UInt16 = 256

    /// What is needed to decode: of each length the first code behind it, left-justified to 32 bits, and where its
    /// symbols begin.
    private struct Ladder {
        var ends = [UInt64](repeating: 0, count: longest + 1)
        var firsts = [UInt64](repeating: 0, count: longest + 1)
        var starts = [Int](repeating: 0, count: longest + 1)
        var symbols: [UInt16] = []

        init() {
            var code: UInt64 = 0
            for length in 1...longest {
                firsts[length] = code
                starts[length] = symbols.count
                for symbol in lengths.indices where lengths[symbol] == length { symbols.append(UInt16(symbol)) }
                code += UInt64(symbols.count - starts[length])
                ends[length] = code << UInt64(32 - length)
                code <<= 1
            }
        }
    }

    private static let ladder = Ladder()

    /// Appends what `slice` decodes to. False for a code of the end of string, or for padding that is not up to seven
    /// ones.
    static func decode(_ bytes: Span<UInt8>, _ slice: Slice, into text: inout [UInt8]) -> Bool {
        let ladder = ladder
        var window: UInt64 = 0
        var count = 0
        var position = slice.start
        while true {
            while count <= 32, position < slice.end {
                window = window << 8 | UInt64(bytes[position])
                position += 1
                count += 8
            }
            if count < 5 { return isPadding(window, count) }
            // The next 32 bits, ones behind the end: what is left of padding then looks like the end of string.
            let missing = UInt64(max(0, 32 - count))
            let ones = (UInt64(1) << missing) - 1
            let ahead = missing == 0 ? window >> UInt64(count - 32) : window << missing | ones
            let next = ahead & 0xFFFF_FFFF
            var length = 5
            while length <= longest, next >= ladder.ends[length] { length += 1 }
            guard length <= longest, length <= count else { return isPadding(window, count) }
            let symbol = ladder.symbols[
                ladder.starts[length] + Int(next >> UInt64(32 - length) - ladder.firsts[length])]
            guard symbol != endOfString else { return false }
            text.append(UInt8(truncatingIfNeeded: symbol))
            count -= length
        }
    }

    private static func isPadding(_ window: UInt64, _ count: Int) -> Bool {
        let ones = (UInt64(1) << UInt64(count)) - 1
        return count < 8 && window & ones == ones
    }
}
