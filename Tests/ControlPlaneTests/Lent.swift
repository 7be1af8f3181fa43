// SPDX-License-Identifier: Apache-2.0
import Access
import Storage
import Testing

@testable import ControlPlane
@testable import HeldKeys

extension World {
    /// Calls that went through an integration, counted and stored as a flush would; one for each rule.
    func lend(
        _ integration: String, key: String, rules: [Int], status: Int? = 200, from address: String = "192.0.2.1"
    ) async throws {
        let id = try #require(IntegrationID(integration))
        let found = try await ports.integrations.find(by: .setup, id, at: clock.now)
        let credential = try await ports.credentials.find(by: .setup, found.credential, at: clock.now)
        let loan = Loan(integration: found, provider: nil, credential: credential, dataKey: nil)
        var count = LendUseCount(
            .init(integration: id, version: try #require(credential.current).id, key: try #require(KeyID(key))))
        for rule in rules {
            let use = LendUse(loan: loan, rule: rule, key: count.place.key, address: IPAddress(address))
            count.add(use, status: status, at: clock.now)
        }
        try await Opening.store(lent: [count], engine)
    }
}
