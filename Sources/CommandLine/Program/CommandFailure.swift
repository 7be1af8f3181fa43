// SPDX-License-Identifier: Apache-2.0
internal import BittingClient

/// What the program ends with.
enum ExitStatus: Int32, Sendable {
    /// Done; the answer is yes.
    case done = 0
    /// The answer is no, or the server refused.
    case refused = 1
    /// Used wrongly, or it could not be tried.
    case failed = 2
    /// The program that was to be run is there and cannot be.
    case commandNotRunnable = 126
    /// The program that was to be run is not there.
    case commandNotFound = 127
}

/// Why a command could not do what it was asked. Printed as an error with its fix; never holds a secret.
struct CommandFailure: Error {
    /// What is wrong.
    let what: String
    /// What to do about it.
    let fix: String?
    /// The stable name of what is wrong, if the server gave one.
    let code: String?
    /// The field in error, as a JSON pointer into what was sent.
    let pointer: String?
    /// What the program ends with.
    let status: ExitStatus

    /// A failure on this side.
    init(_ what: String, fix: String?, status: ExitStatus = .failed) {
        self.what = what
        self.fix = fix
        self.status = status
        code = nil
        pointer = nil
    }

    /// A failure on this side that has a place in what was given.
    init(_ what: String, pointer: String, fix: String, status: ExitStatus) {
        self.what = what
        self.pointer = pointer
        self.fix = fix
        self.status = status
        code = nil
    }

    /// Anything that a command can throw.
    init(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let failure as HouseFailure: self.init(failure.what, fix: failure.fix)
        case let error as BittingError:
            let isRefused = error.status.map { (400..<500).contains($0) } ?? false
            self.init(calling: error, status: isRefused ? .refused : .failed)
        default:
            // Whatever it says of itself may hold what must not be seen.
            self.init("Something broke: \(type(of: error)).", fix: "Try again; if it stays, report it.")
        }
    }

    /// A call that was refused or not answered.
    init(calling error: BittingError, status: ExitStatus) {
        self.status = status
        what = [error.title, error.detail].compactMap(\.self).map(CommandFailure.asSentence).joined(separator: " ")
        fix = CommandFailure.fix(inWordsOfFlags: error.code) ?? error.fix
        code = error.code
        pointer = error.pointer
    }

    /// The remedy where the server's own speaks of headers that a command has other names for.
    private static func fix(inWordsOfFlags code: String) -> String? {
        switch code {
        case "unauthenticated": "Put a management key that is in force into BITTING_KEY."
        case "changed_meanwhile": "Look at it with `show` again, and give the revision that it prints."
        case "invalid_cursor": "Give --cursor as it was printed and the same filters, or leave it out."
        default: nil
        }
    }

    private static func asSentence(_ text: String) -> String {
        text.hasSuffix(".") || text.hasSuffix("?") ? text : text + "."
    }
}
