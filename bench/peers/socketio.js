// A chat room on Socket.IO: PORT.
const { Server } = require("socket.io");

const server = new Server(Number(process.argv[2]), {
  transports: ["websocket"],
  perMessageDeflate: false,
  httpCompression: false,
});
server.on("connection", (socket) => {
  if (socket.handshake.query.role === "r") socket.join("r");
  socket.on("m", (data) => server.to("r").emit("m", data));
});
