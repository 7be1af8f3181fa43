// SPDX-License-Identifier: Apache-2.0
import Access
import TestKit
import Testing

@testable import HeldKeys

/// How versions follow each other.
@Suite struct SuccessionTests {
    private func credential() -> Credential {
        Credential(
            id: CredentialID(high: 1, low: 1), account: AccountID(high: 1, low: 2), provider: "carrier", name: "main",
            versions: [version(1, .current)], createdAt: FixedTime.start, updatedAt: FixedTime.start, revision: 1)
    }

    private func version(_ number: Int64, _ state: CredentialVersion.State) -> CredentialVersion {
        CredentialVersion(
            id: VersionID(high: 2, low: UInt64(number)), number: number, state: state, fingerprint: "f\(number)",
            box: [UInt8(truncatingIfNeeded: number)], createdAt: FixedTime.start)
    }

    private func states(_ credential: Credential) -> [CredentialVersion.State] { credential.versions.map(\.state) }

    @Test func `a current one makes the former previous and destroys the one before`() {
        var credential = credential()
        credential.take(version(2, .current))
        #expect(states(credential) == [.previous, .current])
        credential.take(version(3, .current))
        #expect(states(credential) == [.retired, .previous, .current])
        #expect(credential.versions[0].box.isEmpty)
        #expect(credential.current?.number == 3)
    }

    @Test func `a pending one takes the place of an older pending one, and waits`() {
        var credential = credential()
        credential.take(version(2, .pending))
        credential.take(version(3, .pending))
        #expect(states(credential) == [.current, .retired, .pending])
        #expect(credential.versions[1].box.isEmpty)
        let act1 = credential.promote()
        #expect(act1)
        #expect(states(credential) == [.previous, .retired, .current])
        let act2 = credential.promote()
        #expect(!act2)
    }

    @Test func `rolling back twice changes nothing`() {
        var credential = credential()
        let act3 = credential.rollBack()
        #expect(!act3)
        credential.take(version(2, .current))
        let before = credential
        let act4 = credential.rollBack()
        #expect(act4)
        #expect(states(credential) == [.current, .previous])
        let act5 = credential.rollBack()
        #expect(act5)
        #expect(credential == before)
    }

    @Test func `a pending one survives a current one, a retired one is gone for good`() {
        var credential = credential()
        credential.take(version(2, .pending))
        credential.take(version(3, .current))
        #expect(states(credential) == [.previous, .pending, .current])
        let act6 = credential.retire(.previous)
        #expect(act6)
        let act7 = credential.rollBack()
        #expect(!act7)
        credential.destroy()
        #expect(credential.isDestroyed && credential.versions.allSatisfy { $0.box.isEmpty })
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `whatever is done, one is current, and what has a value is what is not retired`(seed: UInt64) {
        var random = Seeded(seed)
        var credential = credential()
        for _ in 0..<200 {
            let number = credential.nextNumber
            switch Int.random(in: 0..<6, using: &random) {
            case 0: credential.take(version(number, .current))
            case 1: credential.take(version(number, .pending))
            case 2: _ = credential.promote()
            case 3: _ = credential.rollBack()
            case 4: credential.retire(.previous)
            default: credential.retire(.pending)
            }
            #expect(credential.versions.filter { $0.state == .current }.count == 1)
            #expect(credential.versions.filter { $0.state == .pending }.count <= 1)
            #expect(credential.versions.filter { $0.state == .previous }.count <= 1)
            #expect(credential.versions.allSatisfy { $0.box.isEmpty == ($0.state == .retired) })
            #expect(Set(credential.versions.map(\.number)).count == credential.versions.count)
        }
    }
}
