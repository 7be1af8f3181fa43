// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser
internal import Wire

/// How lent calls are looked after on their way; for create and change.
struct LendCareOptions: ParsableArguments {
    /// What becomes of a compressed answer, in which no value can be looked for.
    enum Compressed: String, CaseIterable, ExpressibleByArgument, Sendable {
        case decode, refuse, pass
    }

    @Flag(
        inversion: .prefixedNo,
        help: """
            Whether a value that the provider sends back is replaced. Where this or one of the next three is given, the \
            others are as usual.
            """)
    var scrub: Bool?

    @Option(help: "What becomes of a compressed answer.")
    var compressed: Compressed?

    @Option(help: ArgumentHelp("The most bytes a request's body may have.", valueName: "count"))
    var requestBytes: Int64?

    @Option(help: ArgumentHelp("The most bytes an answer's body may have.", valueName: "count"))
    var responseBytes: Int64?

    /// The member, if any of it was given.
    var json: JSON? {
        let care = JSON.given([
            "scrub": scrub.map { .bool($0) }, "compressed": compressed.map { .string($0.rawValue) },
            "request_bytes": requestBytes.map { .integer($0) }, "response_bytes": responseBytes.map { .integer($0) },
        ])
        return care.asObject?.isEmpty == false ? care : nil
    }
}
