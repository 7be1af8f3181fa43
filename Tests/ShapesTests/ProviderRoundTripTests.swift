// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Shapes
import TestKit
import Testing
import Wire

@Test("What is shown of a provider reads back as the same provider", arguments: 0..<300)
func roundTrip(seed: Int) throws {
    var random = Seeded(UInt64(seed))
    let now = Instant.latest
    let provider = Provider.random(&random, at: now)
    // Through text, as it goes over the wire.
    let text = provider.described.text
    let read = try Shape<Provider>.provider(named: "p", at: now).read(try JSON.parse(text), "")
    #expect(read == provider)
    #expect(read.described.text == text)
}
