// SPDX-License-Identifier: Apache-2.0

/// How a gRPC call ended, where it ended without a message.
struct CallStatus: Sendable, Equatable {
    let code: Int
    /// ASCII without `%`, as it stands in `grpc-message`.
    let text: String

    static let notACheck = CallStatus(code: 3, text: "the message cannot be read")
    static let tooLarge = CallStatus(code: 8, text: "a message holds at most 65536 bytes")
    static let unknownMethod = CallStatus(code: 12, text: "no such method here")
    static let compressed = CallStatus(code: 12, text: "compressed messages are not taken")
    static let notOneMessage = CallStatus(code: 12, text: "a call holds exactly one message")
    static let unavailable = CallStatus(code: 14, text: "the budget cannot be written down at the moment")
}

/// What a call is for.
enum CallMethod: Sendable, Equatable {
    /// `envoy.service.auth.v3.Authorization/Check`
    case check
    /// `grpc.health.v1.Health/Check`
    case health
    case unknown
}
