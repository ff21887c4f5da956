import Glibc
@_spi(Host) import PluginAPI
import Testing
import Wire

@testable import Supervisor

extension WithProcesses {
  /// Libraries that cannot be used say why, and the host goes on.
  @Suite struct LoadingTests {
    let folder: String

    init() {
      var template = Array("/tmp/gridkeeper-plugins-XXXXXX".utf8CString)
      folder = mkdtemp(&template).map { String(cString: $0) } ?? "/tmp"
    }

    /// Compiles a library of C that stands for a plugin somebody else built.
    func build(_ name: String, _ source: String) {
      let path = "\(folder)/\(name).c"
      write(source, to: path)
      let code = system("cc -shared -fPIC -o \(folder)/lib\(name).so \(path)")
      precondition(code == 0, "cc is missing")
    }

    func write(_ text: String, to path: String) {
      guard let file = fopen(path, "w") else { return }
      fputs(text, file)
      fclose(file)
    }

    func problem(of plugin: String, _ host: TestHost) async -> PluginProblem? {
      do throws(PluginProblem) {
        _ = try await host.supervisor.describe(plugin)
        return nil
      } catch { return error }
    }

    func problem(of plugin: String) async -> String {
      let host = TestHost(plugins: folder)
      let problem = await problem(of: plugin, host)
      #expect(await host.status(plugin)?.state == .stopped)
      await host.stop()
      return problem?.message ?? "none"
    }

    @Test func aMissingLibrary() async {
      #expect(await problem(of: "Absent").contains("cannot read \(folder)/libAbsent.so: No such"))
    }

    @Test func notALibrary() async {
      write("just text", to: "\(folder)/libText.so")
      #expect(await problem(of: "Text").contains("cannot open \(folder)/libText.so"))
    }

    @Test func noEntryFunction() async {
      build("Plain", "int other(void) { return 1; }")
      #expect(await problem(of: "Plain").contains("exports no function plain_plugin_v1"))
    }

    @Test(arguments: [(0, "build the plugin against contract 1"), (2, "upgrade the host")])
    func anotherContract(version: Int, remedy: String) async {
      build("Other", "void *other_plugin_v\(version)(void) { return 0; }")
      let message = await problem(of: "Other")
      #expect(message.contains("speaks contract \(version), this host speaks 1"))
      #expect(message.contains(remedy))
    }

    @Test func aTrapWhileLoading() async {
      build("Trapping", "__attribute__((constructor)) void start(void) { __builtin_trap(); }")
      let message = await problem(of: "Trapping")
      #expect(message.contains("signal 4"))
      #expect(message.contains("while loading"))
    }

    @Test func aLibraryThatNeverFinishesLoading() async {
      build("Stuck", "__attribute__((constructor)) void start(void) { for (;;) {} }")
      let host = TestHost(plugins: folder) { $0.handshakeTimeout = .milliseconds(100) }
      let problem = await problem(of: "Stuck", host)
      #expect(problem?.message.contains("it did not greet within 0.1 seconds") == true)
      await host.stop()
    }

    @Test func aPinThatDoesNotMatch() async {
      let host = TestHost { $0.pins = ["Idle": "00ff"] }
      let problems = await host.host(.bystander)
      #expect(problems.first?.message.contains("but the job table pins 00ff") == true)
      await host.stop()
    }

    @Test func aGoodPluginDescribesItself() async throws {
      let host = TestHost()
      let plugin = try await host.supervisor.describe("Idle")
      #expect(plugin.jobs.map(\.kind) == ["no-op"])
      #expect(plugin.jobs[0].parameters.map(\.name) == ["states", "boards"])
      #expect(plugin.digest == SHA256.hex(file: TestHost.products + "/libIdle.so"))
      #expect(await host.supervisor.availablePlugins().contains("Misbehaving"))
      #expect(await !host.supervisor.availablePlugins().contains("PluginAPI"))
      await host.stop()
    }

    @Test func everyWrongJobIsNamedAndTheOldOnesStay() async {
      let host = TestHost()
      #expect(await host.host(.bad("echo")) == [])
      let problems = await host.host(
        .bad("echo", ["text": "forbidden"]),
        StagedJob(name: "many", plugin: "Misbehaving", kind: "echo", parameters: ["times": "99"]),
        StagedJob(name: "none", plugin: "Misbehaving", kind: "nothing"),
        StagedJob(name: "absent", plugin: "Absent"))
      #expect(problems.map(\.job) == ["absent", "echo", "many", "none"])
      #expect(problems.map(\.parameter) == [nil, "text", "times", nil])
      #expect(await host.run("echo")?.doneText == "hello echo 1 cadence")
      await host.stop()
    }
  }
}
