// SPDX-License-Identifier: Apache-2.0
import Access
import BittingClient
import Synchronization

@testable import CommandLine

/// A run of the program with everything around it made up: the server answers from a script, the clock stands still.
struct Stage {
    /// What a run left behind.
    struct Performance {
        let status: Int32
        let output: String
        var errors: String
        let calls: [Transport.Request]
        let launched: Launch?
    }

    static let managementKey = "bitting_live_managementmanagementmanagement00"
    static let now = Instant("2026-11-23T09:00:00.000Z") ?? .distantFuture

    var environment = ["BITTING_KEY": Stage.managementKey]
    /// What stands on standard input where nobody types.
    var input = ""
    /// What a person types when asked; nil for nobody there.
    var typed: String?
    /// The columns of the person's screen; nil for a pipe.
    var screen: Int?
    var hasColour = false
    /// The server's answers, in order. When they are used up, nothing answers.
    var answers: [Response] = []
    /// What the system says to a program that is to be run; 0 for nothing.
    var launchFault: Int32 = 0
    var house = House(
        initialize: { _ in throw HouseFailure("No house.", fix: "Build one.") },
        serve: { _ in throw HouseFailure("No house.", fix: "Build one.") },
        readEvents: { _, _ in throw HouseFailure("No house.", fix: "Build one.") },
        readCheckpoints: { _ in StoredCheckpoints(key: nil, notes: []) })

    func run(_ arguments: [String]) async -> Performance {
        let record = Record(answers: answers)
        let status = await BittingCommand.run(arguments, in: surroundings(record))
        return record.state.withLock {
            Performance(
                status: status, output: String(decoding: $0.output, as: UTF8.self),
                errors: String(decoding: $0.errors, as: UTF8.self), calls: $0.calls,
                launched: $0.launched)
        }
    }

    func run(_ arguments: String...) async -> Performance { await run(arguments) }

    private func surroundings(_ record: Record) -> Surroundings {
        Surroundings(
            environment: environment, terminal: terminal(record), house: house,
            transport: Transport { request throws(BittingError) in try record.answer(request) },
            now: { Stage.now }, pause: { _ in throw CancellationError() },
            launch: { [launchFault] launch in
                record.state.withLock { $0.launched = launch }
                return launchFault
            })
    }

    private func terminal(_ record: Record) -> Terminal {
        Terminal(
            asksPerson: typed != nil, showsToPerson: screen != nil, width: screen, hasColour: hasColour,
            write: { channel, bytes in
                record.state.withLock { channel == .output ? ($0.output += bytes) : ($0.errors += bytes) }
            },
            readAll: { [input] limit in input.utf8.count > limit ? nil : Array(input.utf8) },
            askHidden: { [typed] prompt in
                record.state.withLock { $0.errors += Array((prompt + "\n").utf8) }
                return typed.map { Array($0.utf8) }
            })
    }
}

/// What happened on a stage.
private final class Record: Sendable {
    struct State {
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var calls: [Transport.Request] = []
        var answers: [Response]
        var launched: Launch?
    }

    let state: Mutex<State>

    init(answers: [Response]) {
        state = Mutex(State(answers: answers))
    }

    func answer(_ request: Transport.Request) throws(BittingError) -> Response {
        let answer = state.withLock { state -> Response? in
            state.calls.append(request)
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        guard let answer else {
            throw BittingError(code: "unreachable", title: "Nothing answers here", detail: nil, fix: "Start it.")
        }
        return answer
    }
}

extension Response {
    /// A JSON answer.
    static func json(_ text: String, status: Int = 200, revision: String? = nil) -> Response {
        let tag = revision.map { [("ETag", "\"\($0)\"")] } ?? []
        return Response(status: status, headers: [("Content-Type", "application/json")] + tag, body: Array(text.utf8))
    }

    /// A refusal.
    static func problem(_ status: Int, _ text: String) -> Response {
        Response(status: status, headers: [("content-type", "application/problem+json")], body: Array(text.utf8))
    }
}

extension Transport.Request {
    /// Method, URL and body, one a line.
    var summary: String {
        ["\(method) \(url)", body.map { String(decoding: $0, as: UTF8.self) }].compactMap(\.self).joined(
            separator: "\n")
    }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
