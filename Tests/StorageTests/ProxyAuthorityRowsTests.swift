// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import SQLiteEngine
import Storage
import TestKit
import Testing

@Suite struct ProxyAuthorityRowsTests {
    private func keyring() throws -> Keyring {
        var random = Seeded(3)
        let master = MasterKey.generate(using: &random).key
        return try Keyring(opening: [Keyring.newTerm(1, under: master, using: &random)], with: master)
    }

    private func secret(_ byte: UInt8) -> Secret {
        var bytes = [UInt8](repeating: byte, count: 32)
        return Secret(wiping: &bytes)
    }

    @Test("an authority comes back as it was kept, and a new one takes its place")
    func roundTrip() async throws {
        let (world, keyring) = (try await World.make(), try keyring())
        #expect(try await ProxyAuthorityRows.read(world.engine, keyring)?.certificate == nil)
        for byte: UInt8 in [1, 2] {
            try await ProxyAuthorityRows.keep(
                world.engine, keyring, certificate: [0x30, byte], key: secret(byte), at: FixedTime.start)
            let kept = try #require(try await ProxyAuthorityRows.read(world.engine, keyring)?.both())
            #expect(kept == [0x30, byte] + [UInt8](repeating: byte, count: 32))
        }
    }

    @Test("a key does not open under another certificate, nor under another keyring")
    func moved() async throws {
        let (world, keyring) = (try await World.make(), try keyring())
        try await ProxyAuthorityRows.keep(
            world.engine, keyring, certificate: [0x30, 1], key: secret(1), at: FixedTime.start)
        var random = Seeded(4)
        let master = MasterKey.generate(using: &random).key
        let other = try Keyring(opening: [Keyring.newTerm(1, under: master, using: &random)], with: master)
        await #expect(throws: SealFailure.refused) {
            _ = try await ProxyAuthorityRows.read(world.engine, other)?.certificate
        }
        _ = try await world.engine.write { statements in
            try statements.run(
                "UPDATE signing_keys SET public_key = $1 WHERE name = 'proxy authority'", [.blob([0x30, 2])])
        } committed: { _ in
        }
        await #expect(throws: SealFailure.refused) {
            _ = try await ProxyAuthorityRows.read(world.engine, keyring)?.certificate
        }
    }
}

extension ProxyAuthorityRows.Kept {
    fileprivate consuming func both() -> [UInt8] {
        certificate + key.revealing { span in span.indices.map { span[$0] } }
    }
}
