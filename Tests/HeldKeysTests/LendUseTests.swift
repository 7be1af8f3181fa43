// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import TestKit
import Testing

@testable import HeldKeys

@Suite struct LendUseTests {
    private let uses = LendUses(lanes: 2)
    private let loan: Loan
    private let key = KeyID(high: 9, low: 1)
    private let dataKey: SealingKey

    init() throws {
        let account = AccountID(high: 1, low: 1)
        let credential = Credential(
            id: CredentialID(high: 1, low: 2), account: account, provider: "carrier", name: "key",
            versions: [
                CredentialVersion(
                    id: VersionID(high: 1, low: 3), number: 1, state: .current, fingerprint: "", box: [1],
                    createdAt: FixedTime.start)
            ], createdAt: FixedTime.start, updatedAt: FixedTime.start, revision: 1)
        let provider = Provider(
            name: "carrier", title: "Carrier",
            origins: [try #require(OriginPattern("https://api.carrier.example"))],
            slots: [.header(name: "X-Key", format: try #require(SlotFormat("{value}")))], createdAt: FixedTime.start,
            updatedAt: FixedTime.start, revision: 1)
        var random = Seeded(1)
        dataKey = SealingKey(Secret(count: 32, using: &random))
        let integration = Integration(
            id: IntegrationID(high: 1, low: 4), name: "labels", app: AppID(high: 1, low: 5), account: account,
            credential: credential.id, allow: [.of(["POST"], "/v1/labels"), .of(["GET"], "/v1/labels/*")],
            expiresAt: nil, state: .active, createdAt: FixedTime.start, updatedAt: FixedTime.start, revision: 1)
        loan = Loan(
            integration: integration, provider: provider, credential: credential,
            dataKey: dataKey)
    }

    private func count(
        _ status: Int?, rule: Int = 0, from address: String? = "192.0.2.1", lane: Int = 0, second: Int64 = 0
    ) {
        uses.count(
            LendUse(loan: loan, rule: rule, key: key, address: address.flatMap { IPAddress($0) }), status: status,
            lane: lane, at: FixedTime.start(plus: second))
    }

    @Test("calls of all loops add up once, by rule, address, hour and how they ended")
    func adds() throws {
        count(200)
        count(401, lane: 1, second: 5)
        count(403, rule: 1, from: "192.0.2.2", second: 3)
        count(nil, from: nil, second: 4000)
        let taken = uses.take().next(10)
        let count = try #require(taken.first)
        #expect(taken.count == 1)
        #expect(count.sum.calls == 4 && count.sum.errors == 3)
        #expect(count.sum.unauthorized == 1 && count.sum.forbidden == 1)
        #expect(count.sum.firstAt == FixedTime.start && count.sum.lastAt == FixedTime.start(plus: 4000))
        #expect(count.sum.lastStatus == nil)
        #expect(count.addresses.mapValues(\.calls) == [IPAddress("192.0.2.1"): 2, IPAddress("192.0.2.2"): 1, nil: 1])
        #expect(count.rules.mapValues(\.calls) == [loan.integration.allow[0]: 3, loan.integration.allow[1]: 1])
        #expect(count.hours.values.reduce(0, +) == 4)
        #expect(Set(count.hours.keys.map(\.outcome)) == [.success, .clientError, .failed])
        #expect(uses.take().isEmpty)
    }

    @Test("a call that went out once more is counted for the version that it carried then, and by its own rule")
    func carried() {
        let use = LendUse(loan: loan, rule: 1, key: key, address: nil)
        var newer = loan.integration
        newer.revision += 1
        let same = Loan(
            integration: newer, provider: loan.provider, credential: loan.credential, dataKey: dataKey)
        #expect(use.carrying(same).loan === same)
        newer.allow = [loan.integration.allow[0]]
        let narrowed = Loan(
            integration: newer, provider: loan.provider, credential: loan.credential, dataKey: dataKey)
        #expect(use.carrying(narrowed).loan === loan)
    }

    @Test("addresses beyond what is told apart are one, and none of their calls is lost")
    func manyAddresses() throws {
        for host in 0..<100 { count(200, from: "198.51.100.\(host)", lane: host % 2) }
        let taken = try #require(uses.take().next(1).first)
        #expect(taken.addresses.count <= LendUseCount.addressesAtMost + 1)
        #expect(taken.addresses.values.reduce(0) { $0 + $1.calls } == 100)
        #expect(taken.sum.calls == 100)
    }

    @Test("what could not be written is kept, and goes with what comes after")
    func kept() throws {
        count(200)
        var unwritten = uses.take()
        count(500)
        unwritten.add(uses.take())
        let part = unwritten.next(5)
        #expect(part.map(\.sum.calls) == [2])
        unwritten.remove(part)
        #expect(unwritten.isEmpty)
    }

    @Test(
        "a status is of its class, and none is a failure",
        arguments: [
            (200, .success), (204, .success), (304, .redirection), (404, .clientError), (503, .serverError),
            (101, .informational), (nil, .failed), (0, .failed), (999, .failed),
        ] as [(Int?, LendOutcome)])
    func outcomes(_ row: (status: Int?, outcome: LendOutcome)) {
        #expect(LendOutcome(status: row.status) == row.outcome)
    }
}
