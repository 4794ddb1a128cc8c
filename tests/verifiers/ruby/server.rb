# Answers every request that carries a valid assertion with its subject.

require "socket"
require_relative "verify"

server = TCPServer.new("127.0.0.1", ENV.fetch("PORT").to_i)
puts "listening"
$stdout.flush

loop do
  Thread.new(server.accept) do |client|
    client.gets
    headers = {}
    while (line = client.gets.to_s.chomp) != ""
      name, value = line.split(": ", 2)
      headers[name.downcase] = value
    end
    client.read(headers["content-length"].to_i)
    begin
      status, body = "200 OK", JSON.generate(sub: verify_assertion(headers["x-gate-assertion"], ENV.fetch("ORIGIN_URL"))["sub"])
    rescue StandardError => error
      status, body = "401 Unauthorized", error.message
    end
    client.write("HTTP/1.1 #{status}\r\ncontent-type: application/json\r\ncontent-length: #{body.bytesize}\r\nconnection: close\r\n\r\n#{body}")
    client.close
  end
end
