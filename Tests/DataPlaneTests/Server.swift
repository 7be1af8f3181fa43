// SPDX-License-Identifier: Apache-2.0
import Access
import DataPlane
import HeldKeys
import IssuedKeys
import Metering
import NIOCore
import NIOPosix
import Secrets
import TestKit
import Tokens

/// A data plane on loopback over a small index.
final class Server: Sendable {
    let index: KeyIndex
    let lending: Lending
    let port: Int
    let plane: DataPlane

    static let loopback = [AddressRange.of("127.0.0.0/8")]

    init(
        _ changes: [KeyChange], lending: Lending = Lending(), trusting: [AddressRange] = loopback,
        meters: Meters = Meters(), lender: any Lender = NoLender(),
        mint: Mint = Mint(issuer: "https://keys.test", algorithm: .edDSA), oauth: OAuthPorts = .none,
        badKeysPerMinute: Int? = nil, via: String? = nil, log: LendLog? = nil
    ) async throws {
        index = KeyIndex(lanes: 1)
        index.apply(changes)
        self.lending = lending
        // No limit is under test here, and a busy machine must not reach one.
        var patient = ConnectionLimits()
        patient.badKeysPerMinute = badKeysPerMinute
        (patient.head, patient.body, patient.idle) = (.seconds(600), .seconds(600), .seconds(600))
        plane = DataPlane(
            index: index, loops: 1, lending: lending, meters: meters, lender: lender, mint: mint, oauth: oauth,
            trusting: trusting,
            limits: patient, via: via, log: log)
        let address = try await plane.start(host: "127.0.0.1", port: 0)
        port = Int(address.split(separator: ":").last ?? "") ?? 0
    }

    /// Runs `body` against a server, and ends the server after it.
    static func with<Result: Sendable>(
        _ changes: [KeyChange], lending: Lending = Lending(), trusting: [AddressRange] = loopback,
        meters: Meters = Meters(), lender: any Lender = NoLender(),
        mint: Mint = Mint(issuer: "https://keys.test", algorithm: .edDSA), oauth: OAuthPorts = .none,
        badKeysPerMinute: Int? = nil, via: String? = nil, log: LendLog? = nil,
        _ body: (Server) async throws -> Result
    ) async throws -> Result {
        let server = try await Server(
            changes, lending: lending, trusting: trusting, meters: meters, lender: lender, mint: mint,
            oauth: oauth, badKeysPerMinute: badKeysPerMinute, via: via, log: log)
        do {
            let result = try await body(server)
            await server.plane.drain(seconds: 0)
            return result
        } catch {
            await server.plane.drain(seconds: 0)
            throw error
        }
    }

    var metrics: String { plane.metrics }

    /// One request on a connection of its own.
    func ask(_ request: String) async throws -> Answer {
        let client = try await Client(port: port)
        defer { client.close() }
        try await client.send(request)
        return try await client.answer(toHead: request.hasPrefix("HEAD "))
    }
}
