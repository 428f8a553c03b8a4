import { actionsOn, allows, blockOf, isPossible } from "../rules/permissions.js";

// Actions on messages of the open room and on their authors, and their permissions.
export class MessageActions {
  #chat;

  constructor(chat) {
    this.#chat = chat;
  }

  may(act, message) {
    if (message.id === undefined || message.deleted) return false;
    const { author, kind, thread } = message;
    if (kind !== "notice") {
      const { blocks, me } = this.#chat;
      if (act === "copy") return true;
      if (act === "block") return author.id !== me.id && !author.deleted && !blocks.has(author.id);
      if (act === "unblock") return blocks.has(author.id);
      if (act === "thread") return thread === undefined;
      if (act === "unread") return thread === undefined && this.#chat.counts(message);
    }
    return actionsOn(this.#viewer, message).has(act);
  }

  // True if the user may do anything with a message.
  mayAct(message) {
    return this.may("copy", message) || this.may("delete", message) || this.may("edit", message);
  }

  // True if the user's role in the open room allows the act, even in an archived room.
  allows(act) {
    return allows(this.#viewer, act);
  }

  // True if the user may do this in the open room in its present state.
  isPossible(act) {
    return isPossible(this.#viewer, act);
  }

  // The reason why the user cannot post in the open room, or null.
  get postingBlock() {
    return blockOf(this.#viewer);
  }

  get #viewer() {
    const { permissions, me, room, isAdministrator, blocks, ranks } = this.#chat;
    return { permissions, me, room, isAdministrator, blocks, roleOf: (id) => ranks.of(id) };
  }

  // Rejects with the server's error; the editor keeps the text. If the message changed since the version `based_on`,
  // its present state is shown.
  async edit(message, body, based_on) {
    const room = this.#chat.shown;
    try {
      await this.#command("message.edit", message, { body, based_on });
    } catch (error) {
      if (error.present) this.#chat.put(room, error.present);
      throw error;
    }
  }

  // Rejects like `edit`; the reason stays in its field.
  async report(message, reason) {
    await this.#chat.socket.command("message.report", { room: this.#chat.shown, message: message.id, reason });
  }

  delete(message, reason) {
    return this.#do("message.delete", message, { reason });
  }

  // Deletes all messages that its author posted in the last hour. Resolves with true if it was done.
  purge(message, reason) {
    const { socket, shown: room } = this.#chat;
    return this.#tried(socket.command("member.purge", { room, user: message.author.id, reason }));
  }

  block(user) {
    return this.#tried(this.#chat.blocks.block(user));
  }

  unblock(user) {
    return this.#tried(this.#chat.blocks.unblock(user));
  }

  pin(message) {
    return this.#do(message.pinned ? "message.unpin" : "message.pin", message);
  }

  // Removes the user's own reaction, or adds it.
  react(message, emoji) {
    const { id } = this.#chat.me;
    const reaction = message.reactions?.find((one) => one.emoji === emoji);
    const isMine = reaction?.users.some((user) => user.id === id);
    return this.#do(isMine ? "reaction.remove" : "reaction.add", message, { emoji });
  }

  // Marks messages as unread from here on; everything above counts as read.
  async unread({ position }) {
    const { conversation, socket, shown } = this.#chat;
    await conversation.reading.readBefore(position);
    await this.#tried(socket.command("room.unread", { room: shown, position }));
  }

  #do(type, message, members) {
    return this.#tried(this.#command(type, message, members));
  }

  async #command(type, message, members) {
    const room = this.#chat.shown;
    const ack = await this.#chat.socket.command(type, { room, message: message.id, ...members });
    this.#chat.put(room, ack.message);
  }

  async #tried(done) {
    try {
      await done;
      return true;
    } catch (error) {
      this.#chat.complain(error.message);
      return false;
    }
  }
}
