import FoundationEssentials

extension Commands {
  /// Writes the package of a new plugin.
  static let newPlugin = Command(
    name: "new-plugin", summary: "Write a plugin package that builds and loads as it stands",
    operands: [Command.Operand(name: "NAME", help: "the plugin's name, such as PriceAlert")],
    options: [
      Command.Option(
        name: "into", value: "DIRECTORY", help: "where the package goes (./NAME)",
        completion: .file),
      Command.Option(
        name: "api", value: "DIRECTORY", help: "where the PluginAPI package lies",
        completion: .file),
    ]
  ) { arguments, surroundings in
    let name = try PluginName(arguments.operands[0])
    let folder = arguments.values["into"] ?? name.module
    let contract = try arguments.values["api"] ?? contractPackage()
    try write(PluginTemplate(name: name, contract: contract), to: folder)
    surroundings.output.line(
      """
      \(folder) is ready:
        cd \(folder) && swift test
        swift build -c release && cp .build/release/lib\(name.module).so PLUGIN_DIRECTORY/
      then copy \(folder)/sample.yaml into your job table
      """)
    return .success
  }

  /// The contract's package, found from where the program lies.
  private static func contractPackage() throws -> String {
    var folder = try ExecutablePath.own()
    while let slash = folder.lastIndex(of: "/") {
      folder = String(folder[..<slash])
      let candidate = folder + "/Sources/PluginAPI"
      if FileManager.default.fileExists(atPath: candidate + "/Package.swift") { return candidate }
    }
    throw CommandFailure("cannot find the PluginAPI package; name it with --api DIRECTORY")
  }

  private static func write(_ template: PluginTemplate, to folder: String) throws {
    let files = FileManager.default
    guard !files.fileExists(atPath: folder) else {
      throw CommandFailure("\(folder) exists already; nothing was written")
    }
    for file in template.files {
      let path = folder + "/" + file.path
      let parent = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
      try files.createDirectory(atPath: String(parent), withIntermediateDirectories: true)
      try Data(file.text.utf8).write(to: URL(filePath: path))
    }
  }
}
