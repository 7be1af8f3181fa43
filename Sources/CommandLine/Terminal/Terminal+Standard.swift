// SPDX-License-Identifier: Apache-2.0
internal import Glibc

extension Terminal {
    /// The terminal, pipes or files that the program was started with.
    package static func standard(environment: [String: String]) -> Terminal {
        let showsToPerson = isatty(STDOUT_FILENO) == 1
        let refusesColour = environment["NO_COLOR"].map { !$0.isEmpty } ?? false || environment["TERM"] == "dumb"
        return Terminal(
            asksPerson: isatty(STDIN_FILENO) == 1, showsToPerson: showsToPerson,
            width: showsToPerson ? screenWidth() : nil, hasColour: showsToPerson && !refusesColour,
            write: { channel, bytes in
                let fault = FileBytes.write(bytes, to: channel == .output ? STDOUT_FILENO : STDERR_FILENO)
                if fault != 0, channel == .output { endWithoutOutput(fault) }
            },
            readAll: { limit in FileBytes.read(STDIN_FILENO, limit: limit) },
            askHidden: HiddenLine.ask)
    }

    /// Ends the program when its answer cannot be written: quietly where the reader has seen enough (`| head`), else
    /// with an error, since an answer may hold a secret that is shown only once.
    private static func endWithoutOutput(_ fault: Int32) -> Never {
        if fault == EPIPE { exit(ExitStatus.done.rawValue) }
        let reason = unsafe String(cString: strerror(fault))
        let failure = CommandFailure(
            "The answer cannot be written: \(reason).",
            fix: "The call itself was made. If a secret was on its way here, it is lost: revoke that key, make another."
        )
        FileBytes.write(Array(failure.lines.utf8), to: STDERR_FILENO)
        exit(ExitStatus.failed.rawValue)
    }

    private static func screenWidth() -> Int? {
        var size = winsize()
        let result = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size)
        return result == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
    }
}
