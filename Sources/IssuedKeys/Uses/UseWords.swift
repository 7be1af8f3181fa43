// SPDX-License-Identifier: Apache-2.0
internal import Access

/// The words that a lane's counts are about, each stored once.
struct UseWords: Sendable {
    var addresses = InternedAddresses()
    var agents = InternedTexts(longest: 256)
    var needs = InternedTexts(longest: 1000)
    var tags = InternedTexts(longest: 256)

    /// Who stands behind two places.
    func visitor(_ address: UInt16, _ agent: UInt16) -> Visitor {
        Visitor(address: addresses.address(at: address), userAgent: agents.text(at: agent))
    }
}

/// Places with a meaning of their own in every table of words.
enum Interned {
    /// Nothing was said.
    static let none: UInt16 = 0
    /// The table was full.
    static let others: UInt16 = 1
    /// The first place of a word.
    static let first: UInt16 = 2
}
