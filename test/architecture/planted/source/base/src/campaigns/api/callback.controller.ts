@Public()
@Controller('callbacks')
export class CallbackController {
  @Post()
  accept() {
    return 'ok';
  }
}
