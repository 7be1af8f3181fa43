// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import SQLiteEngine
import Storage
import TestKit
import Testing

@Suite struct ProviderStorageTests {
    @Test("what is put of a provider is what is read, of every kind of member")
    func roundTrip() async throws {
        let world = try await World.make()
        var random = Seeded(18)
        for _ in 0..<100 {
            let provider = Provider.random(&random, at: FixedTime.start)
            let put = try await world.providers.put(by: .setup, provider, ifRevision: nil, at: FixedTime.start).provider
            var expected = provider
            expected.revision = put.revision
            #expect(put == expected)
            #expect(try await world.providers.find(by: .setup, provider.name, at: FixedTime.start) == expected)
        }
    }

    @Test("a document of the first days reads as it was meant")
    func firstDocuments() async throws {
        let world = try await World.make()
        let insert = """
            INSERT INTO providers (name, title, document, created_at, updated_at, revision) VALUES ('old', 'Old', \
            '{"origins":["https://a.example"],"slot":{"in":"basic","format":"{value}:"},"private":["10.0.0.0/8"],\
            "ca":null,"sets":{"labels":[{"methods":["POST"],"path":"/v1/labels"}]}}', 1, 1, 1)
            """
        _ = try await world.engine.write {
            try $0.run(insert, [])
        } committed: { _ in
        }
        let provider = try await world.providers.find(by: .setup, "old", at: FixedTime.start)
        #expect(provider.slots == [.basic(format: try #require(SlotFormat("{value}:")))])
        #expect(provider.origins.map(\.text) == ["https://a.example"])
        #expect(provider.allowedPrivateAddresses.map(\.description) == ["10.0.0.0/8"])
        #expect(provider.permissionSets.map(\.name) == ["labels"])
        #expect(provider.parts.isEmpty && provider.settings.isEmpty && provider.test == nil && provider.rotation == nil)
    }

    @Test("a guide of before keys were minted reads as it was meant")
    func formerGuides() async throws {
        let world = try await World.make()
        let insert = """
            INSERT INTO providers (name, title, document, created_at, updated_at, revision) VALUES ('old', 'Old', \
            '{"origins":["https://a.example"],"slots":[{"in":"basic","format":"{value}:"}],"private":[],"ca":null,\
            "sets":{},"rotation":{"kind":"by_hand","link":null,"steps":["Open it."]}}', 1, 1, 1)
            """
        _ = try await world.engine.write {
            try $0.run(insert, [])
        } committed: { _ in
        }
        let provider = try await world.providers.find(by: .setup, "old", at: FixedTime.start)
        #expect(provider.rotation == RotationGuide(kind: .byHand, link: nil, steps: ["Open it."]))
    }
}
