// SPDX-License-Identifier: Apache-2.0
import Access
import BittingClient
import DataPlane
import HeldKeys
import IssuedKeys
import TestKit

/// A real data plane in this process, on a free port and on a Unix socket.
final class Plane: Sendable {
    let index: KeyIndex
    let url: String
    let socket: String
    private let directory: TemporaryDirectory
    private let plane: DataPlane

    init(over index: KeyIndex) async throws {
        directory = try TemporaryDirectory()
        socket = directory.path + "/data.sock"
        self.index = index
        var patient = ConnectionLimits()
        (patient.head, patient.body, patient.idle) = (.seconds(600), .seconds(600), .seconds(600))
        plane = DataPlane(index: index, loops: 1, lending: Lending(), trusting: [], limits: patient)
        url = "http://" + (try await plane.start(host: "127.0.0.1", port: 0))
        try await plane.start(socket: socket)
    }

    /// Runs `body` against a plane, and ends the plane after it.
    static func with<Result: Sendable>(
        _ changes: [KeyChange], _ body: (Plane) async throws -> Result
    ) async throws -> Result {
        let index = KeyIndex(lanes: 1)
        index.apply(changes)
        return try await with(over: index, body)
    }

    /// The same over an index that others change.
    static func with<Result: Sendable>(
        over index: KeyIndex, _ body: (Plane) async throws -> Result
    ) async throws -> Result {
        let made = try await Plane(over: index)
        do {
            let result = try await body(made)
            await made.plane.drain(seconds: 0)
            return result
        } catch {
            await made.plane.drain(seconds: 0)
            throw error
        }
    }

    /// The value of a metric without labels of ours.
    func metric(_ name: String) -> Int? {
        plane.metrics.split(separator: "\n").first { $0.hasPrefix(name) }
            .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
    }
}

/// A management key that may verify, and some keys.
struct Cast {
    var maker = KeyMaker(seed: 5)
    let manager: SampleKey
    let plain: SampleKey
    let tied: SampleKey

    init() {
        manager = maker.key("keys:verify", isManagement: true)
        plain = maker.key("labels:create orders:read") { $0.metadata = #"{"plan":"pro"}"# }
        tied = maker.key { key in
            key.allowedRoutes = [.of(["POST"], "/labels")]
            key.allowedAddresses = [.of("198.51.100.0/24")]
        }
    }

    var changes: [KeyChange] { maker.setting + [manager, plain, tied].map { .key($0.key) } }
}
