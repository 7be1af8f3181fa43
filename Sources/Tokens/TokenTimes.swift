// SPDX-License-Identifier: Apache-2.0
package import Access

/// How long things about tokens last.
package enum TokenTimes {
    /// What a token lives when nobody asks for less.
    package static let usualLife = Length.seconds(900)
    /// What a token may live at most.
    package static let longestLife = Length.seconds(3600)
    /// How long others may keep the set of public keys.
    package static let setIsFresh = Length.seconds(300)
    /// From a rotation to the first token signed by the new key: others have asked anew by then.
    package static let lead = Length.seconds(600)
    /// What the clocks of two machines may differ by.
    package static let skew = Length.seconds(60)
    /// How long a principal is good, and how often it is signed anew.
    package static let principalLife = Length.seconds(120)
    package static let principalFresh = Length.seconds(60)
    /// After how long a key is followed by another, by itself.
    package static let keyLife = Length.seconds(30 * 86_400)
}
