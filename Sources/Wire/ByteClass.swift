// SPDX-License-Identifier: Apache-2.0

/// The byte classes of the grammars, as bit masks over ASCII so that a test needs neither memory nor a branch per
/// range.
extension UInt8 {
    @usableFromInline static let carriageReturn: UInt8 = 0x0d
    @usableFromInline static let lineFeed: UInt8 = 0x0a
    @usableFromInline static let space: UInt8 = 0x20
    @usableFromInline static let tab: UInt8 = 0x09
    @usableFromInline static let colon: UInt8 = 0x3a
    @usableFromInline static let comma: UInt8 = 0x2c

    /// Whether it may stand in a token (RFC 9110, 5.6.2).
    @inlinable
    package var isToken: Bool { isIn(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe) }

    /// Whether it may stand in `uri-host [":" port]`, brackets of an IPv6 literal included (RFC 3986, 3.2.2).
    @inlinable
    package var isHost: Bool { isIn(low: 0x2fff_7ff2_0000_0000, high: 0x47ff_fffe_afff_fffe) }

    /// Whether it is VCHAR: visible ASCII, no space.
    @inlinable
    package var isVisible: Bool { self &- 0x21 <= 0x7e - 0x21 }

    /// Whether it may stand in a field value: HTAB, space, VCHAR or obs-text (RFC 9110, 5.5).
    @inlinable
    package var isText: Bool { self >= 0x20 ? self != 0x7f : self == .tab }

    /// Whether it is a space or a tab: OWS.
    @inlinable
    package var isBlank: Bool { self == .space || self == .tab }

    /// Whether it is `0` to `9`.
    @inlinable
    package var isDigit: Bool { self &- 0x30 <= 9 }

    /// `A` to `Z` as lower case, every other byte as it is.
    @inlinable
    package var lowercased: UInt8 { self &- 0x41 <= 25 ? self | 0x20 : self }

    /// What the byte stands for as a hexadecimal digit of either case; nil for any other byte.
    @inlinable
    package var hexValue: UInt8? {
        if isDigit { return self &- 0x30 }
        let letter = (self | 0x20) &- 0x61
        return letter <= 5 ? letter + 10 : nil
    }

    @inlinable
    func isIn(low: UInt64, high: UInt64) -> Bool {
        self < 0x80 && ((self < 0x40 ? low : high) &>> UInt64(self & 0x3f)) & 1 == 1
    }
}
