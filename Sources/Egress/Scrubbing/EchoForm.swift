// SPDX-License-Identifier: Apache-2.0

/// How a value stood in an answer.
package enum EchoForm: String, Sendable, CaseIterable {
    case plain
    case base64
    case percent
    case hexadecimal = "hex"
    case json
}
