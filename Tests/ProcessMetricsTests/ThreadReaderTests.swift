// What is read of the threads, whatever they are called?

import CObservabilityShims
import ObservabilityPlatform
@testable import ProcessMetrics
import TestSupport
import Testing

@Suite("The threads of the process")
struct ThreadReaderTests {
  #if os(Linux) || os(Android)
    @Test("have their names, states, processor time and the call that they are in")
    func real() throws {
      let reading = try #require(ThreadReader.read())
      #expect(reading.count >= reading.threads.count && !reading.threads.isEmpty)
      let own = try #require(reading.threads.first { $0.number == SystemThread.currentNumber })
      #expect(own.state == "R" && own.processorTime != nil)
    }

    private func folder(_ threads: [String: [String: String]]) throws -> TemporaryDirectory {
      let folder = try TemporaryDirectory()
      for (number, files) in threads {
        for (name, text) in files { try folder.write("proc/self/task/\(number)/\(name)", text) }
      }
      return folder
    }

    private static func stat(_ name: String, _ state: String = "S", times: String = "150 50") -> String {
      "7 (\(name)) \(state) 1 1 1 0 -1 0 0 0 0 0 \(times) 0 0 20 0 1 0 5 6 7\n"
    }

    @Test(
      "are called whatever they like",
      arguments: ["mail", "a b", "((", ") R 1", "<script>", "\n", "\u{202E}evil", "", ") S 1 1 1 ("])
    func names(name: String) throws {
      let folder = try folder(["7": ["stat": Self.stat(name), "syscall": "running\n"]])
      let thread = try #require(ThreadReader.read(root: folder.path)?.threads.first)
      #expect(thread.name == name && thread.state == "S" && thread.call == nil)
      let ticks = sysconf(Int32(_SC_CLK_TCK))
      #expect(thread.processorTime == .nanoseconds(200 * (1_000_000_000 / Int64(ticks))))
    }

    @Test("are left out or told in part, where files are none of the kernel's")
    func broken() throws {
      let huge = "18446744073709551615 18446744073709551615"
      let folder = try folder([
        "1": ["stat": ""], "2": ["stat": "2 (x"], "3": ["stat": "3 (x)\n"],
        "x": ["stat": Self.stat("no number")],
        "4": ["stat": "4 (x) S\n", "syscall": "", "wchan": "0"],
        "5": ["stat": Self.stat("y", "D", times: huge), "syscall": "-1 0x1 0x2\n", "wchan": "folio_wait"],
        "6": ["stat": Self.stat("z"), "syscall": "999999 0x0\n"],
      ])
      let reading = try #require(ThreadReader.read(root: folder.path))
      #expect(reading.count == 6)
      let threads = reading.threads.sorted { $0.number < $1.number }
      #expect(threads.map(\.number) == [4, 5, 6])
      #expect(threads.map(\.call) == [nil, "folio_wait", "system call 999999"])
      #expect(threads.map { $0.processorTime == nil } == [true, true, false])
    }

    @Test("are counted beyond those that are read")
    func bounds() throws {
      let folder = try folder(
        Dictionary(uniqueKeysWithValues: (1...20).map { ("\($0)", ["stat": Self.stat("t\($0)")]) }))
      let few = try #require(ThreadReader.read(root: folder.path, limit: 5))
      #expect(few.count == 20 && few.threads.count == 5)
      let late = try #require(ThreadReader.read(root: folder.path, within: .zero))
      #expect(late.count == 20 && late.threads.isEmpty)
      #expect(ThreadReader.read(root: folder.path + "/nowhere") == nil)
    }
  #endif
}
