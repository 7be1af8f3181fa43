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
                FileBytes.write(bytes, to: channel == .output ? STDOUT_FILENO : STDERR_FILENO)
            },
            readAll: { limit in FileBytes.read(STDIN_FILENO, limit: limit) },
            askHidden: HiddenLine.ask)
    }

    private static func screenWidth() -> Int? {
        var size = winsize()
        let result = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size)
        return result == 0 && size.ws_col > 0 ? Int(size.ws_col) : nil
    }
}
